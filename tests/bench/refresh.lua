-- wrk: each request refreshes the next of many open shows. LZ_REQUESTS names a file of "path token" lines.
local requests = {}
local at = 0

function init()
  for line in io.lines(os.getenv("LZ_REQUESTS")) do
    local path, token = line:match("^(%S+) (%S+)$")
    requests[#requests + 1] = wrk.format("POST", path, { Authorization = "Bearer " .. token, Host = wrk.host })
  end
end

function request()
  at = at % #requests + 1
  return requests[at]
end
