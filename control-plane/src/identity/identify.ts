// What a run was, established when its sample comes in: judged against the manifests, signed, ready for the log.
import {
  canonicalize,
  envelopeLeaf,
  judgedRunOf,
  judgeRun,
  keyIdOf,
  openEnvelope,
  openTemplates,
  placeOfSample,
  readPublicKey,
  readStatement,
  recordOf,
  signStatement,
  statementOf,
  type Attestation,
  type ManifestSet,
  type Sample,
  type SigningKey,
} from '#contract';
import type { Clock, Scope } from '../kernel/index.ts';
import { claimedKey } from './epochs.ts';
import { refusalOf, type KeyTrust } from './key-trust.ts';
import type { GatewayKey, UnkeptRun } from './ports.ts';
import type { Refusal, RunIdentity, SignedBy } from './types.ts';

/** Public keys of gateways, as they were registered. In memory: asked for every run. */
export interface GatewayKeys {
  find(scope: Scope, keyId: string): GatewayKey | undefined;
}

interface IdentifierParts {
  readonly manifests: () => ManifestSet;
  readonly gatewayKeys: GatewayKeys;
  /** Signs for gateways that do not sign themselves. */
  readonly key: SigningKey;
  /** Which keys count. */
  readonly trust: KeyTrust;
  readonly clock: Clock;
}

export interface Identifier {
  /** The sample as it is to be stored, and the run's identity; that is undefined for samples without a run id. Never throws on what was sent. */
  identify(scope: Scope, sample: Sample): { readonly sample: Sample; readonly identity: RunIdentity | undefined };
  /** The number that a gateway gave the run, with its key where that signed for it; undefined where it has none. Never throws. */
  numberOf(scope: Scope, sample: Sample): RunNumber | undefined;
}

type RunNumber = Omit<UnkeptRun, 'reason'>;

export function createIdentifier(parts: IdentifierParts): Identifier {
  return {
    identify(scope, given) {
      // The payload of an envelope stands nowhere else in the sample, so it was not redacted: it is kept only where it is
      // proven to say what the redacted sample says.
      const { attestation, ...sample } = given;
      if (sample.runId === undefined) return { sample, identity: undefined };
      const signed = attestation && takeSigned(attestation, sample, scope, parts);
      if (signed && 'envelope' in signed) return { sample, identity: identityOf(sample, signed, parts) };
      const marked = withOpenedTemplates(sample, parts.manifests());
      const own = signHere(
        marked,
        scope,
        parts.key,
        signed && { refused: signed.refused, claimed: claimedKey(attestation.signatures[0]?.keyid) },
      );
      return { sample: marked, identity: identityOf(marked, own, parts) };
    },
    numberOf(scope, { attestation, ...sample }) {
      const { epoch, counter } = sample.gateway ?? {};
      if (sample.runId === undefined || epoch === undefined || counter === undefined) return undefined;
      const signed = attestation && takeSigned(attestation, sample, scope, parts);
      return { epoch, counter, keyId: signed && 'envelope' in signed ? signed.signed.keyId : undefined };
    },
  };
}

type Signed = Pick<RunIdentity, 'envelope' | 'signed'>;
type Refused = { readonly refused: Refusal };

function identityOf(sample: Sample, { envelope, signed }: Signed, { manifests }: IdentifierParts): RunIdentity {
  const judgement = judgeRun(manifests(), placeOfSample(sample), judgedRunOf(sample));
  const leaf = envelopeLeaf(envelope);
  if (!leaf) throw new Error('An envelope that was opened has no leaf');
  return { runId: sample.runId ?? '', judgement, envelope, leaf, signed };
}

function withOpenedTemplates(sample: Sample, manifests: ManifestSet): Sample {
  if (!sample.composition) return sample;
  return { ...sample, composition: openTemplates(sample.composition, manifests, placeOfSample(sample)) };
}

function signHere(sample: Sample, scope: Scope, key: SigningKey, refused: Pick<SignedBy, 'refused' | 'claimed'> | undefined): Signed {
  const statement = statementOf(recordOf(sample), { ...observationOf(sample, scope), recordedBy: 'control-plane' });
  const signed: SignedBy = { by: 'control-plane', keyId: key.keyId, ...refused };
  return { envelope: signStatement(statement, key), signed };
}

/** What a statement says of a sample beside its record and who wrote it. */
export function observationOf({ startedAt, gateway }: Pick<Sample, 'startedAt' | 'gateway'>, { tenant, environment }: Scope) {
  const { kind, instance, epoch, counter } = gateway ?? {};
  const numbered = {
    ...(instance === undefined ? {} : { instance }),
    ...(epoch === undefined ? {} : { epoch }),
    ...(counter === undefined ? {} : { counter }),
  };
  return { tenant, environment, observedAt: startedAt, gateway: kind === undefined ? null : { kind, ...numbered } };
}

/** The gateway's own envelope, or why it is not taken. Every byte of it comes from the sender. */
function takeSigned(
  attestation: Attestation,
  sample: Sample,
  scope: Scope,
  { gatewayKeys, trust, clock }: IdentifierParts,
): Signed | Refused {
  const [signature] = attestation.signatures;
  const registered = signature && gatewayKeys.find(scope, signature.keyid);
  const publicKey = registered && readPublicKey(registered.publicKey);
  if (!signature || !registered || !publicKey || keyIdOf(publicKey) !== signature.keyid) return { refused: 'unknown_key' };
  const refused = refusalOf(registered, Date.parse(sample.startedAt), clock.nowMs(), trust);
  if (refused) return { refused };
  // One signature, so that what is stored is what was checked.
  const envelope = { payload: attestation.payload, payloadType: attestation.payloadType, signatures: [signature] };
  const payload = openEnvelope(envelope, publicKey);
  if (!payload) return { refused: 'bad_signature' };
  const statement = readStatement(payload);
  if (!statement) return { refused: 'malformed' };
  const { tenant, environment, observedAt, recordedBy, gateway, record } = statement.predicate;
  const said = { tenant, environment, observedAt, gateway };
  if (recordedBy !== 'gateway' || record.runId !== sample.runId || !isSame(said, observationOf(sample, scope)))
    return { refused: 'other_run' };
  if (statement.subject[0].digest.sha256 !== recordOf(sample).digest) return { refused: 'record_differs' };
  return { envelope, signed: { by: 'gateway', keyId: signature.keyid } };
}

const isSame = (a: object, b: object): boolean => canonicalize(a) === canonicalize(b);
