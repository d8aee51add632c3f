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

// On a slow network a button is pressed twice, and meant once. Whoever waits for long, or comes back to the page, may send it again.
addEventListener("submit", (event) => {
    const form = event.target;
    if ("sent" in form.dataset) return event.preventDefault();
    form.dataset.sent = "";
    setTimeout(() => delete form.dataset.sent, 10_000);
});
addEventListener("pageshow", () => {
    for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
});
