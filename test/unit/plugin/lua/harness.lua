-- Runs the companion scripts under LuaJIT with a fake kong and ngx, in an environment that holds only what Kong's sandbox
-- gives. Arguments: folder of the scripts, file of the scenario (a Lua table of steps). Writes JSON.
local folder, scenario_file = arg[1], arg[2]

local ALLOWED = [[_VERSION assert error ipairs next pairs pcall select tonumber tostring type unpack xpcall
math.floor math.min math.max string.byte string.find string.gsub string.lower string.sub table.concat]]

local function sandbox(kong, ngx)
  local env = { kong = kong, ngx = ngx }
  for name in ALLOWED:gmatch("%S+") do
    local module, method = name:match("^(%w+)%.(%w+)$")
    if module then
      env[module] = env[module] or {}
      env[module][method] = _G[module][method]
    else
      env[name] = _G[name]
    end
  end
  env.require = function(name) error("require '" .. name .. "' not allowed within sandbox") end
  return env
end

local function json(value)
  local kind = type(value)
  if kind == "string" then
    return '"' .. value:gsub('[%c"\\\127-\255]', function(c) return ("\\u%04x"):format(c:byte()) end) .. '"'
  elseif kind == "table" then
    local parts = {}
    if #value > 0 then
      for index, item in ipairs(value) do parts[index] = json(item) end
      return "[" .. table.concat(parts, ",") .. "]"
    end
    local keys = {}
    for key in pairs(value) do keys[#keys + 1] = tostring(key) end
    table.sort(keys)
    for index, key in ipairs(keys) do parts[index] = json(key) .. ":" .. json(value[key]) end
    return "{" .. table.concat(parts, ",") .. "}"
  elseif kind == "nil" then
    return "null"
  elseif kind == "number" then
    return ("%.14g"):format(value)
  end
  return tostring(value)
end

local scenario = assert(loadfile(scenario_file))()
local record = { warnings = {}, log_values = {}, upstream = {}, cleared = {}, response = {}, response_cleared = {}, exits = {}, body_reads = {} }
local clock = 1700000000

local function answer(value)
  return function()
    if type(value) == "table" and value.raise then error(value.raise) end
    return value
  end
end

local facts = scenario.facts
local EXIT = {}
local kong = {
  ctx = { shared = scenario.shared or {} },
  request = {
    get_headers = answer(facts.headers),
    get_method = answer(facts.method),
    get_raw_path = answer(facts.path),
    get_scheme = answer("http"),
    get_host = answer("api.example.com"),
    get_raw_body = function(size)
      record.body_reads[#record.body_reads + 1] = tostring(size)
      if facts.body_error then return nil, facts.body_error end
      return facts.body
    end,
  },
  client = {
    get_forwarded_ip = answer("192.0.2.1"),
    get_consumer = answer(facts.consumer),
    get_credential = answer(facts.credential),
  },
  router = { get_route = answer(facts.route), get_service = answer(facts.service) },
  service = {
    request = {
      set_header = function(name, value) record.upstream[name] = value end,
      clear_header = function(name) record.cleared[#record.cleared + 1] = name end,
    },
  },
  response = {
    get_status = answer(facts.status),
    get_headers = answer(facts.response_headers),
    get_header = function(name) return (facts.response_headers or {})[name] end,
    clear_header = function(name) record.response_cleared[#record.response_cleared + 1] = name end,
    set_header = function(name, value)
      if name == "bad header" then error("invalid header name") end
      record.response[name] = value
    end,
    exit = function(status, body, headers)
      record.exits[#record.exits + 1] = { status = status, body = body, headers = headers }
      error(EXIT)
    end,
  },
  log = {
    warn = function(...) record.warnings[#record.warnings + 1] = table.concat({ ... }, "") end,
    serialize = answer(facts.serialized),
    set_serialize_value = function(key, value)
      if facts.log_error then error(facts.log_error) end
      record.log_values[key] = value
    end,
  },
}
local ngx = {
  ctx = facts.ngx_ctx or {},
  arg = {},
  req = { start_time = function() return 1700000000.25 end },
  now = function() return clock end,
  update_time = function() clock = clock + 0.5 end,
}

local passed = {}
for _, step in ipairs(scenario.steps) do
  local source = assert(io.open(folder .. "/" .. step.script)):read("*a")
  local chunk = assert(loadstring(source, step.script))
  setfenv(chunk, sandbox(kong, ngx))
  local run = chunk()
  for _, piece in ipairs(step.chunks or { false }) do
    if piece then ngx.arg = { piece.data, piece.eof or false } end
    local ok, err = pcall(run)
    if not ok and err ~= EXIT then error(err) end
    if piece then passed[#passed + 1] = ngx.arg[1] end
  end
end
record.shared = kong.ctx.shared
record.passed = passed
io.write(json(record))
