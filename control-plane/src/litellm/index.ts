// LiteLLM's two ways in: its log of calls, and its question what of a prompt may go to a provider.
export { createGuardrail, type Guardrail, type GuardrailReply } from './guardrail.ts';
export { createIntake, type Intake, type IntakeParts } from './intake.ts';
export { createCallStandIns, type CallStandIns } from './stand-ins.ts';
export { liteLlmRoutes } from './routes.ts';
export type * from './ports.ts';
