/** Provides a libtorch: finds one, installs the system's if possible, or explains how to install one. */

import { waysAsText } from './advice.mjs';
import { installLibtorch, privilege } from './apt.mjs';
import { SetupError } from './failure.mjs';
import { wayToThePackage } from './packaged.mjs';
import { thisPlatform } from './platform.mjs';
import { findLibtorch } from './search.mjs';

/**
 * @param {import('./say.mjs').Say} say
 * @param {string | null} home folder of the @kinora/torch whose platform package counts; null for none
 * @returns {Promise<import('./search.mjs').Search & { libtorch:
 * NonNullable<import('./search.mjs').Search['libtorch']> }>}
 * @throws {SetupError} setup/no-libtorch, and the errors of apt
 */
export async function obtainLibtorch(say, home) {
  const search = await findLibtorch(process.env, undefined, home);
  if (search.libtorch !== null) return { ...search, libtorch: search.libtorch };
  const prefix = await mayInstall();
  if (prefix === null) throw nowhere(search, home);
  await installLibtorch(say, prefix);
  const again = await findLibtorch(process.env, undefined, home);
  if (again.libtorch === null) throw nowhere(again, home);
  return { ...again, libtorch: again.libtorch };
}

/** KINORA_INSTALL=never keeps the set-up from installing system packages. */
async function mayInstall() {
  if (thisPlatform() !== 'debian' || process.env.KINORA_INSTALL === 'never') return null;
  return privilege();
}

/** @param {import('./search.mjs').Search} search @param {string | null} home */
function nowhere({ passedOver }, home) {
  const reasons = passedOver.map(({ reason }) => `\n    passed over: ${reason}`).join('');
  const install = home === null ? undefined : wayToThePackage(home);
  const ways = waysAsText('libtorch', thisPlatform());
  return new SetupError({
    code: 'setup/no-libtorch',
    expected:
      "libtorch 1.13 or newer (in LIBTORCH, python3's torch package, the package for this platform, or the system)",
    received: passedOver.length === 0 ? 'none' : `none that can be used${reasons}\n`,
    hint: install === undefined ? ways : `${ways}\n    ${install}`,
  });
}
