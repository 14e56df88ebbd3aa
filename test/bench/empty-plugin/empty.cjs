'use strict';

// A plugin that takes the request's table, answers with a decision and takes the outcome's table, and does nothing with
// them: what any JavaScript plugin costs that is handed whole tables, for Clew to be compared with.
class Plugin {
  async access(kong) {
    const offered = await kong.ctx.shared.get('clew_in');
    if (!offered) return;
    await kong.ctx.shared.set('clew_out', {
      v: 1,
      run_id: 'none',
      set_headers: {},
      clear_headers: [],
      response_headers: {},
      capture_answer: true,
    });
  }

  async log(kong) {
    await kong.ctx.shared.get('clew_log');
  }
}

const text = { type: 'string' };
module.exports = {
  Name: 'empty',
  Version: '0.1.0',
  Priority: 500,
  Schema: [{ control_plane_url: text }, { token: text }, { hash_key: text }],
  Plugin,
};
