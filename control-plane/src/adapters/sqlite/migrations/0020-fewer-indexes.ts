// One index where two said nearly the same, and no more in one than its readers need: each costs a row in every request.
export const fewerIndexes = `
CREATE INDEX requests_thread_facts ON requests (scope, thread_id, model, position);
DROP INDEX requests_thread_model;
DROP INDEX requests_thread_position;
CREATE INDEX requests_with_run ON requests (scope, at) WHERE run_id IS NOT NULL;
DROP INDEX requests_runs;
`;
