-- For wrk: each thread is one organisation's, and looks whether each of its answers is that one's. COOKIE_ACME and COOKIE_GLOBEX are sessions.
local organisations = {
   { path = "/o/acme/agents", cookie = os.getenv("COOKIE_ACME"), own = "Scribe of Acme", other = "Sketcher of Globex" },
   { path = "/o/globex/agents", cookie = os.getenv("COOKIE_GLOBEX"), own = "Sketcher of Globex", other = "Scribe of Acme" },
}
local threads = {}

function setup(thread)
   thread:set("number", #threads % 2 + 1)
   table.insert(threads, thread)
end

function init()
   organisation = organisations[number]
   own, later, wrong = 0, 0, 0
end

function request()
   return wrk.format("GET", organisation.path, { ["Cookie"] = organisation.cookie, ["Accept"] = "text/html" })
end

function response(status, headers, body)
   local is_own = string.find(body, organisation.own, 1, true) ~= nil
   if string.find(body, organisation.other, 1, true) then
      wrong = wrong + 1
   elseif status == 200 and is_own then
      own = own + 1
   elseif status == 503 and not is_own then
      later = later + 1
   else
      wrong = wrong + 1
   end
end

function done()
   for _, thread in ipairs(threads) do
      print(string.format("organisation %d: %d its own, %d told to come later, %d wrong",
         thread:get("number"), thread:get("own"), thread:get("later"), thread:get("wrong")))
   end
end
