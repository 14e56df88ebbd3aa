// Ids that others gave are found by their ends (id-keys.ts), and one index of threads says what two said.
export const shortKeys = `
CREATE INDEX requests_run_end ON requests (substr(run_id, -8)) WHERE run_id <> id;
DROP INDEX requests_run;
CREATE INDEX requests_trace_end ON requests (substr(trace_id, -8)) WHERE trace_id IS NOT NULL;
DROP INDEX requests_trace;
CREATE INDEX requests_correlation_end ON requests (substr(correlation_id, -8)) WHERE correlation_id IS NOT NULL;
DROP INDEX requests_correlation;
CREATE INDEX requests_response_end ON requests (substr(json_extract(sample, '$.call.responseId'), -8))
  WHERE json_extract(sample, '$.call.responseId') IS NOT NULL;
DROP INDEX requests_response;
CREATE INDEX requests_of_thread ON requests (scope, thread_id, at, seq, model, position);
DROP INDEX requests_thread;
DROP INDEX requests_thread_facts;
`;
