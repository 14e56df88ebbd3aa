const OPENAI_TYPES: Readonly<Record<number, readonly [type: string, code: string | null, message: string]>> = {
  400: ['invalid_request_error', 'content_filter', 'The request was refused by the content filter.'],
  401: ['invalid_request_error', 'invalid_api_key', 'Incorrect API key provided.'],
  404: ['invalid_request_error', 'model_not_found', 'The model does not exist or you do not have access to it.'],
  429: ['requests', 'rate_limit_exceeded', 'Rate limit reached. Please try again later.'],
};
const ANTHROPIC_TYPES: Readonly<Record<number, string>> = {
  400: 'invalid_request_error',
  401: 'authentication_error',
  404: 'not_found_error',
  413: 'request_too_large',
  429: 'rate_limit_error',
  529: 'overloaded_error',
};

export function openaiError(status: number): object {
  const [type, code, message] = OPENAI_TYPES[status] ?? ['server_error', null, 'The server had an error while processing your request.'];
  return { error: { message, type, param: null, code } };
}

export function anthropicError(status: number): object {
  const type = ANTHROPIC_TYPES[status] ?? 'api_error';
  return { type: 'error', error: { type, message: type === 'api_error' ? 'Internal server error' : `The scripted answer is ${type}` } };
}
