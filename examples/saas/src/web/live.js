// Puts what happens at the top of the overview's list. Without it the list is as it was when the page was loaded.
const list = document.querySelector("[data-feed]");
if (list) {
    new EventSource(list.dataset.feed).onmessage = (event) => {
        const line = document.createElement("li");
        line.dir = "auto";
        line.textContent = event.data;
        list.prepend(line);
    };
}
