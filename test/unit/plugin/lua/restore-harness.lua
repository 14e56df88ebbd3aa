-- Runs body-restore.lua over many answers. Arguments: the script, file of the cases (a Lua list of
-- {values, is_json_text, mode, chunks}). Writes what passed of each case in hexadecimal, a line each.
local script, cases_file = arg[1], arg[2]
local source = assert(io.open(script)):read("*a")
for _, case in ipairs(assert(loadfile(cases_file))()) do
  local kong = {
    ctx = { shared = { clew_restore = { values = case.values, is_json_text = case.is_json_text, mode = case.mode } } },
  }
  local ngx = { arg = {} }
  local env = {
    kong = kong, ngx = ngx, type = type, pairs = pairs, ipairs = ipairs, tostring = tostring, tonumber = tonumber,
    string = { byte = string.byte, find = string.find, gsub = string.gsub, sub = string.sub },
    table = { concat = table.concat },
  }
  local run = setfenv(assert(loadstring(source, script)), env)()
  local passed = {}
  for index, chunk in ipairs(case.chunks) do
    ngx.arg[1], ngx.arg[2] = chunk, index == #case.chunks
    run()
    passed[index] = ngx.arg[1]
  end
  io.write((table.concat(passed):gsub(".", function(c) return ("%02x"):format(c:byte()) end)), "\n")
end
