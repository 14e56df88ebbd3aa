// Settings of TLS: the server's own certificate, and whose certificates let gateways in without a token.
import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { createSecureContext } from 'node:tls';
import type { Reader } from './config-reader.ts';

export const TLS_KEYS = ['CLEW_TLS_CERT', 'CLEW_TLS_KEY', 'CLEW_TLS_CLIENT_CA', 'CLEW_TLS_CLIENTS'] as const;

const CLIENTS = ['required', 'optional'] as const;

/** PEM texts. */
export interface TlsFiles {
  readonly cert: string;
  readonly key: string;
  /** Authority of clients' certificates. */
  readonly clientCa: string | undefined;
}

export interface TlsSettings {
  /** True: nobody connects without a certificate. */
  readonly isClientRequired: boolean;
  /** As they are now: certificates are renewed while the server runs. Throws where they cannot be read or used. */
  load(): TlsFiles;
}

/** Why files that can be used should not be, in words for the operator: a certificate that ended or has not begun. Undefined: nothing is wrong. */
export function timeFault({ cert, clientCa }: TlsFiles, nowMs: number): string | undefined {
  const own = faultOf(new X509Certificate(cert), nowMs);
  if (own !== undefined) return `CLEW_TLS_CERT ${own}; put a certificate that is valid now in its place, with its key, and send SIGHUP`;
  const authorities = clientCa === undefined ? [] : certificatesIn(clientCa);
  const faults = authorities.map((authority) => faultOf(authority, nowMs));
  // One that is good lets its own in, whatever stands beside it.
  if (faults.length === 0 || faults.includes(undefined)) return undefined;
  return `CLEW_TLS_CLIENT_CA ${faults[0]}; no gateway could connect: put an authority that is valid now in its place, and send SIGHUP`;
}

function faultOf({ validFromDate, validToDate }: X509Certificate, nowMs: number): string | undefined {
  if (validToDate.getTime() < nowMs) return `ended on ${validToDate.toISOString()}`;
  return validFromDate.getTime() > nowMs ? `does not begin before ${validFromDate.toISOString()}` : undefined;
}

const certificatesIn = (pem: string): readonly X509Certificate[] =>
  (pem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? []).map((one) => new X509Certificate(one));

/** Undefined: plain HTTP. */
export function readTlsSettings(reader: Reader, workingFolder: string): TlsSettings | undefined {
  const [cert, key, clientCa] = ['CLEW_TLS_CERT', 'CLEW_TLS_KEY', 'CLEW_TLS_CLIENT_CA'].map((name) => reader.raw(name));
  const clients = reader.choice('CLEW_TLS_CLIENTS', 'required', CLIENTS, 'nobody knows who may connect');
  if (cert === undefined && key === undefined && clientCa === undefined) return undefined;
  if (cert === undefined || key === undefined) {
    reader.fault(cert === undefined ? 'CLEW_TLS_CERT' : 'CLEW_TLS_KEY', 'a PEM file beside the other one', 'the server cannot speak TLS');
    return undefined;
  }
  const read = (file: string): string => readFileSync(path.resolve(workingFolder, file), 'utf8');
  const load = (): TlsFiles => {
    const files = { cert: read(cert), key: read(key), clientCa: clientCa === undefined ? undefined : read(clientCa) };
    createSecureContext({ cert: files.cert, key: files.key, ...(files.clientCa === undefined ? {} : { ca: files.clientCa }) });
    // A context takes any text for an authority.
    if (files.clientCa !== undefined) new X509Certificate(files.clientCa);
    return files;
  };
  try {
    load();
  } catch {
    // What is wrong may quote the file.
    reader.fault(
      'CLEW_TLS_CERT',
      'PEM files that can be read, of a certificate, its key and, where given, an authority',
      'the server cannot speak TLS',
    );
    return undefined;
  }
  return { isClientRequired: clientCa !== undefined && clients === 'required', load };
}
