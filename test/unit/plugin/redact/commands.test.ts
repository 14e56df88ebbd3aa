// Passwords that stand in command lines, headers, connection strings and sentences; and what looks like them and is none.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRedactor, createStreamRedactor } from '#redact';

const { redact } = createRedactor();
const basic = (text: string): string => Buffer.from(text).toString('base64');

describe('a password', () => {
  it.each([
    ['curl -u admin:s3cr3tPw https://x.example', 's3cr3tPw'],
    ['curl --user admin:hunter2 https://x.example', 'hunter2'],
    ["curl -s -X POST -u 'admin:correct-horse' https://x.example", 'correct-horse'],
    ['curl -uadmin:letmein! https://x.example', 'letmein!'],
    ['curl \\\n  --user admin:hunter2 \\\n  https://x.example', 'hunter2'],
    ['wget --user=bob --password=hunter2 https://x.example', 'hunter2'],
    ['mysql -u root -pS3cret db', 'S3cret'],
    ["mysqldump -h db -u root -p'two words'", 'two words'],
    ['curl -u "bob:two words" https://x.example', 'two words'],
    ['sshpass -p trustno1 ssh bob@host', 'trustno1'],
    ['docker login -u bob -p trustno1 registry.example', 'trustno1'],
    [`Authorization: Basic ${basic('user:pass')}`, basic('user:pass')],
    [`-H "Authorization: Basic ${basic('admin:secret')}"`, basic('admin:secret')],
    [`{"authorization": "basic ${basic('ann:longer secret')}"}`, basic('ann:longer secret')],
    [`sent with basic ${basic('ann:abc')} in the header`, basic('ann:abc')],
    ['jdbc:oracle:thin:scott/tiger@//db.example:1521/x', 'scott/tiger'],
    ['Server=db;Uid=sa;Pwd=hunter2;', 'hunter2'],
    ['the password for the vpn is Winter2024!', 'Winter2024!'],
    ['password for admin@db-1: Winter2024!', 'Winter2024!'],
    ['das Passwort für das WLAN lautet Sommer-17', 'Sommer-17'],
    ['my password is: hunter2 and then', 'hunter2'],
    ['pw: hunter2', 'hunter2'],
    ['DB_PASS=hunter2', 'hunter2'],
  ])('goes: %s', (text, value) => {
    expect(redact(text).text).toBe(
      text.replace(value, redact(text).findings[0]?.type === 'URL_CREDENTIALS' ? '[URL_CREDENTIALS]' : '[PASSWORD]'),
    );
  });

  it('is found alike where the text arrives in pieces, and no second time', () => {
    const around = fc.constantFrom('', 'Please look: ', 'a '.repeat(90), '\n');
    const line = fc.constantFrom(
      'curl -u admin:s3cr3tPw https://x.example',
      'mysql -u root -pS3cret db',
      `Authorization: Basic ${basic('user:pass')}`,
      'the password for the vpn is Winter2024!',
      'jdbc:oracle:thin:scott/tiger@//db',
    );
    const policy = { types: { PASSWORD: 'pseudonym' as const } };
    const options = { policy, key: Buffer.alloc(32, 7), subject: 'p' };
    const tokens = createRedactor(options);
    fc.assert(
      fc.property(around, line, around, fc.integer({ min: 1, max: 30 }), (before, text, after, size) => {
        const whole = `${before}${text}${after}`;
        const once = tokens.redact(whole).text;
        expect(tokens.redact(once).text).toBe(once);
        const stream = createStreamRedactor(options);
        let out = '';
        for (let at = 0; at < whole.length; at += size) out += stream.push(whole.slice(at, at + size));
        expect(out + stream.end()).toBe(once);
      }),
      { numRuns: 100 },
    );
  });
});

describe('no password', () => {
  it.each([
    'docker run -p 8080:80 -u 1000:1000 image',
    'curl -u $USER:$PASS https://x.example',
    'curl -u user:password https://x.example',
    'curl -u <user>:<pass> https://x.example',
    'mysql -u root -p db',
    'mkdir -p some/path/inside && cd some',
    'sudo -u postgres psql',
    'basic information about the course',
    'Basic understanding of algebra',
    'visual basic QmFzaWM programs',
    'the password for the vpn is required',
    'a password for each user: see below',
    'the reset of passwords for new accounts is: automatic',
    'passed: 12, failed: 3',
    'a coat of arms: red',
  ])('%s', (text) => {
    expect(redact(text).text).toBe(text);
  });
});
