-- The scripts run in Kong's sandbox for serverless functions (untrusted_lua = sandbox): nothing but the names below
-- exists there. The tests run them under the same list.
std = {
  globals = { "ngx", "kong" },
  read_globals = {
    "pcall", "type", "pairs", "ipairs", "tostring", "tonumber",
    math = { fields = { "floor", "min", "max" } },
    string = { fields = { "byte", "find", "gsub", "lower", "sub" } },
    table = { fields = { "concat" } },
  },
}
max_line_length = 120
