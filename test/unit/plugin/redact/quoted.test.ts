// Passwords with a quotation mark, or another sign that ends values elsewhere, in their middle: no half of one stays.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRedactor, createStreamRedactor } from '#redact';

const { redact, redactJson } = createRedactor();
/** Halves that stand nowhere else; the first has a digit and a capital, as passwords do. */
const half = fc.stringMatching(/^[a-z]{4,8}$/).map((letters) => `Z${letters}7Q`);
const mark = fc.constantFrom('"', "'", '`');
const password = fc.tuple(half, mark, half).map(([left, sign, right]) => ({ left, right, text: `${left}${sign}${right}` }));

/** Ways in which a program, a shell, a database and a person write a value down. */
const WRITINGS: Readonly<Record<string, (value: string) => string>> = {
  json: (value) => `{"user": "bob", "password": ${JSON.stringify(value)}, "port": 5432}`,
  'json in json': (value) => JSON.stringify({ body: JSON.stringify({ password: value, port: 1 }) }),
  'json in json in json': (value) => JSON.stringify({ log: JSON.stringify({ body: JSON.stringify({ password: value, port: 1 }) }) }),
  sql: (value) => `ALTER USER bob WITH PASSWORD = '${value.replaceAll("'", "''")}' VALID UNTIL 'infinity'`,
  csv: (value) => `1,"{""password"": ""${value.replaceAll('"', '\\""')}""}",x`,
  bare: (value) => `password=${value} next`,
  environment: (value) => `export DB_PASSWORD=${value}\nexport DB_USER=bob`,
  yaml: (value) => `db:\n  password: ${value}\n  user: bob`,
  spoken: (value) => `Hello, my password is ${value}, can you log in?`,
  url: (value) => `postgres://bob:${value}@db.example.com:5432/x`,
  'url in json': (value) => JSON.stringify({ dsn: `postgres://bob:${value}@db.example.com:5432/x` }),
};

describe('a password with a quotation mark inside', () => {
  it.each(Object.keys(WRITINGS))('goes whole: %s', (name) => {
    fc.assert(
      fc.property(password, (given) => {
        const { text } = redact(WRITINGS[name]?.(given.text) ?? '');
        expect(text).toMatch(/\[(?:PASSWORD|URL_CREDENTIALS)\]/);
        expect(text).not.toContain(given.left);
        expect(text).not.toContain(given.right);
      }),
      { numRuns: 200 },
    );
  });

  it('goes whole as a member of a body', () => {
    fc.assert(
      fc.property(password, (given) => {
        const text = JSON.stringify(redactJson({ login: { password: given.text, attempts: 3 } }).value);
        expect(text).toBe('{"login":{"password":"[PASSWORD]","attempts":3}}');
      }),
    );
  });

  it('is found in a stream as in the whole, wherever that is split', () => {
    fc.assert(
      fc.property(password, fc.constantFrom(...Object.values(WRITINGS)), fc.integer({ min: 1, max: 90 }), (given, write, size) => {
        const text = `${'some words that hold nothing. '.repeat(40)}\n${write(given.text)}\n${'and some more of them. '.repeat(60)}`;
        const stream = createStreamRedactor();
        let out = '';
        for (let at = 0; at < text.length; at += size) out += stream.push(text.slice(at, at + size));
        out += stream.end();
        expect(out).toBe(redact(text).text);
        expect(out).not.toContain(given.right);
      }),
      { numRuns: 300 },
    );
  });

  it('ends where the string ends, and takes nothing of what follows', () => {
    const untouched: readonly (readonly [given: string, expected: string])[] = [
      [`{'password':'hunter2x','user':'bob'}`, `{'password':'[PASSWORD]','user':'bob'}`],
      [`{"password":"","user":"bob1"}`, `{"password":"","user":"bob1"}`],
      [`?password=hunter2x&user=bob&page=2`, `?password=[PASSWORD]&user=bob&page=2`],
      [`?password=hunter2x&amp;user=bob`, `?password=[PASSWORD]&amp;user=bob`],
      [`password=hunter2x && ls -l`, `password=[PASSWORD] && ls -l`],
      [`&quot;password=hunter2x&quot; and more`, `&quot;password=[PASSWORD]&quot; and more`],
      [`run("password=hunter2x", "second")`, `run("password=[PASSWORD]", "second")`],
      [`password="hunter2x" host="a b"`, `password="[PASSWORD]" host="a b"`],
      [`["http://a.test:8080","see the docs"] for "x@y"`, `["http://a.test:8080","see the docs"] for "x@y"`],
      [`{\\"password\\":\\"hunter2x\\",\\"user\\":\\"bob\\"}`, `{\\"password\\":\\"[PASSWORD]\\",\\"user\\":\\"bob\\"}`],
      [`http://a.test:8080/path?x=1#part`, `http://a.test:8080/path?x=1#part`],
      [`password='C:\\' + 'some words behind it'`, `password='C:\\' + 'some words behind it'`],
    ];
    for (const [given, expected] of untouched) expect(redact(given).text).toBe(expected);
  });

  it('goes where a URL holds it unescaped', () => {
    for (const sign of ['#', '?', '|', '&'])
      expect(redact(`amqp://bob:Zalpha7${sign}beta9@mq.example.com`).text).toBe('amqp://[URL_CREDENTIALS]@mq.example.com');
  });
});
