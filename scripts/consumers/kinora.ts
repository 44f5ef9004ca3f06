// What a stranger might write first with kinora.
import { strict as assert } from 'node:assert';
import { KinoraError } from 'kinora';

const error: KinoraError = new KinoraError({ code: 'example', expected: 'a clip' });
assert.equal(error.message, 'expected a clip');
