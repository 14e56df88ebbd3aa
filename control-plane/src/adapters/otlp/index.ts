// Sends spans by OTLP over HTTP.
export { otlpSender, type OtlpTarget } from './sender.ts';
