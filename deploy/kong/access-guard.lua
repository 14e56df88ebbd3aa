-- post-function, phase access, before access-after.lua; optional. Refuses requests that the plugin did not see: those
-- of the fraction of a second in which Kong starts the plugin server again. Only for those who must not serve an
-- unobserved request; without it such requests pass unobserved.

return function()
  if not kong.ctx.shared.clew_out then
    return kong.response.exit(503, { message = "Observation of this route is required and not available; try again" })
  end
end
