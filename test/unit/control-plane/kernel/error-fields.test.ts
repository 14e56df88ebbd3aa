import { expect, it } from 'vitest';
import { errorFields } from '../../../../control-plane/src/kernel/index.ts';
import { describeException } from '../../../../plugin/src/launcher/logger.ts';

it('logs class, code and place of an error, and nothing of its message, whatever that looks like', () => {
  const error = Object.assign(new TypeError('my secret\n    at planted (file.ts:1:1)'), { code: 'ERR_ODD' });
  const fields = errorFields(error);
  expect(fields).toMatchObject({ errorName: 'TypeError', errorCode: 'ERR_ODD' });
  expect(String(fields['errorAt'])).toContain('error-fields.test.ts');
  for (const logged of [JSON.stringify(fields), describeException(error)]) expect(logged).not.toMatch(/secret|planted/);
});
