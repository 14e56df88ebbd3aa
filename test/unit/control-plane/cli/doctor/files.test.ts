// Each trap in the files of Kong, LiteLLM, Prometheus and Alertmanager, put into the files that we ship.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { parseDocument, type Document } from 'yaml';
import type { Finding } from '../../../../../control-plane/src/cli/doctor/finding.ts';
import { checkKongConf, checkKongFile, KONG_SETTINGS } from '../../../../../control-plane/src/cli/doctor/kong.ts';
import { checkLiteLlmFile } from '../../../../../control-plane/src/cli/doctor/litellm.ts';
import { checkAlertmanagerFile, checkPrometheusFile } from '../../../../../control-plane/src/cli/doctor/monitoring.ts';
import { KONG_SCHEMA } from '../../../../../plugin/src/schema.ts';
import { FILE_TRAPS, PLUGINS } from './traps.ts';

const ROOT = path.resolve(import.meta.dirname, '../../../../..');
const shipped = (file: string): string => readFileSync(path.join(ROOT, 'deploy', file), 'utf8');
const KONG = shipped('kong/kong.yml');
const LITELLM = shipped('litellm/config.yaml');
const PROMETHEUS = shipped('prometheus/prometheus.yml');
const ALERTMANAGER = shipped('prometheus/alertmanager.yml');
const faults = (findings: readonly Finding[]): string[] => findings.filter(({ ok }) => !ok).map(({ name }) => name);

const folder = mkdtempSync(path.join(tmpdir(), 'clew-doctor-'));
writeFileSync(path.join(folder, 'clew.cjs'), '');
afterAll(() => rmSync(folder, { recursive: true }));
const CONF = shipped('kong/kong.conf.clew').replaceAll('/opt/clew/plugin/dist/clew', folder);

const change = (text: string, edit: (file: Document) => void): string => {
  const file = parseDocument(text);
  edit(file);
  return file.toString({ lineWidth: 0 });
};

describe('the shipped files', () => {
  it('have no faults', () => {
    expect(faults(checkKongFile(KONG))).toEqual([]);
    expect(faults(checkKongConf(CONF))).toEqual([]);
    expect(faults(checkLiteLlmFile(LITELLM, {}))).toEqual([]);
    expect(faults(checkLiteLlmFile(LITELLM, { CLEW_LOGS_URL: 'http://h:1/v1/litellm/logs', CLEW_URL: 'http://h:1' }))).toEqual([]);
  });

  it('of monitoring have no faults either', () => {
    expect(faults(checkPrometheusFile(PROMETHEUS))).toEqual([]);
    expect(faults(checkAlertmanagerFile(ALERTMANAGER))).toEqual([]);
  });

  it('name every setting that the plugin has', () => {
    expect(KONG_SETTINGS.toSorted()).toEqual(KONG_SCHEMA.flatMap((field) => Object.keys(field)).toSorted());
  });
});

describe('a kong.yml', () => {
  it.each(FILE_TRAPS.kong)('$name: $what', ({ name, edit }) => {
    expect(new Set(faults(checkKongFile(change(KONG, edit))))).toEqual(new Set([name]));
  });

  it('that is no mapping is told so', () => {
    expect(faults(checkKongFile('- a\n- b\n'))).toEqual(['kong file']);
    expect(faults(checkKongFile('a: [\n'))).toEqual(['kong file']);
  });

  it('may have scripts on the service and its comments changed', () => {
    const moved = change(KONG.replaceAll(/^ *--.*\n/gm, ''), (file) => {
      file.setIn(['services', 0, 'plugins'], file.createNode([file.getIn([...PLUGINS, 0]), file.getIn([...PLUGINS, 1])]));
      file.deleteIn([...PLUGINS, 0]);
      file.deleteIn([...PLUGINS, 0]);
    });
    expect(moved).not.toContain('  -- ');
    expect(faults(checkKongFile(moved))).toEqual([]);
  });

  it('may have plugins beside the routes that they name', () => {
    const flat = change(KONG, (file) => {
      for (const at of [0, 1, 2]) file.setIn([...PLUGINS, at, 'route'], 'llm');
      file.setIn(['plugins'], file.getIn(PLUGINS));
      file.deleteIn(PLUGINS);
    });
    expect(faults(checkKongFile(flat))).toEqual([]);
  });

  it("shows no secret's value", () => {
    const text = change(KONG, (file) => {
      file.setIn([...PLUGINS, 2, 'config', 'token'], 'clew_secret_token');
      file.setIn([...PLUGINS, 2, 'config', 'hash_key'], 'short');
    });
    const findings = checkKongFile(text);
    expect(faults(findings)).toEqual(['kong secret', 'kong secret', 'kong hash key']);
    expect(JSON.stringify(findings)).not.toMatch(/clew_secret_token|"short"/);
  });
});

describe('a kong.conf', () => {
  it.each(FILE_TRAPS.conf)('$name: $what', ({ name, from, to }) => {
    const changed = CONF.replace(from, to);
    expect(changed).not.toBe(CONF);
    expect(faults(checkKongConf(changed))).toEqual([name]);
  });

  it('without settings is told so', () => {
    expect(faults(checkKongConf('# nothing\n'))).toEqual(['kong file']);
  });
});

describe('a LiteLLM configuration', () => {
  it.each(FILE_TRAPS.litellm)('$name: $what', ({ name, edit }) => {
    expect(faults(checkLiteLlmFile(change(LITELLM, edit), {}))).toEqual([name]);
  });

  it('that is no mapping is told so', () => {
    expect(faults(checkLiteLlmFile('model_list', {}))).toEqual(['litellm file']);
  });

  it('is judged by what the environment holds, where it holds it', () => {
    expect(faults(checkLiteLlmFile(LITELLM, { CLEW_LOGS_URL: 'http://h:1' }))).toEqual(['litellm sink']);
    expect(faults(checkLiteLlmFile(LITELLM, { CLEW_URL: 'http://h:1/beta/litellm_basic_guardrail_api' }))).toEqual(['litellm guardrail']);
  });

  it('may redact nothing', () => {
    expect(
      faults(
        checkLiteLlmFile(
          change(LITELLM, (file) => void file.deleteIn(['guardrails'])),
          {},
        ),
      ),
    ).toEqual([]);
  });
});

describe('a configuration of Prometheus', () => {
  it.each(FILE_TRAPS.prometheus)('$name: $what', ({ name, edit }) => {
    expect(faults(checkPrometheusFile(change(PROMETHEUS, edit)))).toEqual([name]);
  });

  it('that is no mapping is told so', () => {
    expect(faults(checkPrometheusFile('- a\n'))).toEqual(['prometheus file']);
  });

  it('may find its targets by itself, and needs no token on the same machine', () => {
    const found = change(PROMETHEUS, (file) => {
      file.deleteIn(['scrape_configs', 0, 'static_configs']);
      file.setIn(['scrape_configs', 0, 'kubernetes_sd_configs'], file.createNode([{ role: 'pod' }]));
    });
    expect(faults(checkPrometheusFile(found))).toEqual([]);
    const local = change(PROMETHEUS, (file) => void file.deleteIn(['scrape_configs', 0, 'authorization']));
    expect(faults(checkPrometheusFile(local))).toEqual([]);
  });
});

describe('a configuration of Alertmanager', () => {
  it.each(FILE_TRAPS.alertmanager)('$name: $what', ({ name, edit }) => {
    expect(faults(checkAlertmanagerFile(change(ALERTMANAGER, edit)))).toEqual([name]);
  });

  it('that is no mapping is told so', () => {
    expect(faults(checkAlertmanagerFile('receivers'))).toEqual(['alertmanager file']);
  });

  it('may send alerts on to others, or keep the address in a file', () => {
    const shared = change(ALERTMANAGER, (file) => {
      const routes = [{ receiver: 'clew', continue: true }, { receiver: 'chat' }];
      file.setIn(['route'], file.createNode({ receiver: 'pager', routes }));
    });
    expect(faults(checkAlertmanagerFile(shared))).toEqual([]);
    const hidden = change(ALERTMANAGER, (file) => {
      file.deleteIn(['receivers', 0, 'webhook_configs', 0, 'url']);
      file.setIn(['receivers', 0, 'webhook_configs', 0, 'url_file'], '/etc/prometheus/clew.url');
    });
    expect(faults(checkAlertmanagerFile(hidden))).toEqual([]);
  });
});
