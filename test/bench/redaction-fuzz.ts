// The pattern engine on hostile texts: `node test/bench/redaction-fuzz.ts [inputs] [longest]`, a million of up to 1024
// characters unless told otherwise. Fails where one input takes longer than a linear engine may.
import { fuzz } from '../support/redaction-fuzz.ts';

const inputs = Number(process.argv[2] ?? 1_000_000);
const longest = Number(process.argv[3] ?? 1024);
/** Microseconds of processor time a character. */
const MOST = 20;

const { characters, seconds, worstPerCharacter, worstInput } = fuzz(0, inputs, longest);
process.stdout.write(
  `${inputs} inputs, ${characters} characters, ${seconds.toFixed(1)} s of processor time: ${(characters / seconds / 1e6).toFixed(2)} million characters a second; ` +
    `at worst ${worstPerCharacter.toFixed(2)} µs a character (input ${worstInput})\n`,
);
process.exit(worstPerCharacter > MOST ? 1 : 0);
