// The signature of a run, over what leaves and nothing else: it is made last, of redacted fields.
import { recordOf, signStatement, statementOf, type Sample, type SigningKey } from '#contract';

/** As the schema bounds the payload of an attestation. */
const MAX_PAYLOAD = 524_288;

/** The sample with its signed statement. One whose record is too long to travel twice goes without: its receiver signs for it. */
export function withAttestation(sample: Sample, key: SigningKey): Sample {
  const { tenant, environment, startedAt, gateway } = sample;
  if (tenant === undefined || environment === undefined || gateway === undefined) return sample;
  const { kind, instance, epoch, counter } = gateway;
  const numbered = {
    ...(instance === undefined ? {} : { instance }),
    ...(epoch === undefined ? {} : { epoch }),
    ...(counter === undefined ? {} : { counter }),
  };
  const statement = statementOf(recordOf(sample), {
    tenant,
    environment,
    observedAt: startedAt,
    recordedBy: 'gateway',
    gateway: { kind, ...numbered },
  });
  const { payload, signatures } = signStatement(statement, key);
  if (payload.length > MAX_PAYLOAD) return sample;
  const signed = signatures.map(({ keyid = key.keyId, sig }) => ({ keyid, sig }));
  return { ...sample, attestation: { payload, payloadType: 'application/vnd.in-toto+json', signatures: signed } };
}
