// Starts a browser without a window on a page, with a profile of its own that goes when the browser does.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { has } from './commands.mjs';

const firefoxPreferences = {
  'browser.shell.checkDefaultBrowser': false,
  'browser.aboutwelcome.enabled': false,
  'datareporting.policy.dataSubmissionEnabled': false,
  'app.update.enabled': false,
  'toolkit.telemetry.reportingpolicy.firstRun': false,
};

const browsers = {
  chromium: {
    commands: ['chromium', 'chromium-browser', 'google-chrome'],
    arguments: (profile, url) => [
      '--headless=new',
      '--no-sandbox', // containers run as root
      '--disable-gpu',
      '--disable-dev-shm-usage',
      '--no-first-run',
      '--disable-background-networking',
      '--js-flags=--expose-gc', // for the test of what is forgotten
      `--user-data-dir=${profile}`,
      url,
    ],
  },
  firefox: {
    commands: ['firefox-esr', 'firefox'],
    prepare(profile) {
      const lines = Object.entries(firefoxPreferences).map(
        ([name, value]) => `user_pref(${JSON.stringify(name)}, ${JSON.stringify(value)});`,
      );
      writeFileSync(join(profile, 'user.js'), lines.join('\n'));
    },
    arguments: (profile, url) => ['--headless', '--no-remote', '--profile', profile, url],
  },
};

/** The browsers' names. */
export const known = Object.keys(browsers);

/** The command of a browser on this machine, if there is one. */
export const commandOf = (name) => browsers[name].commands.find((command) => has(command));

/**
 * @param {string} name one of `known`
 * @param {string} command
 * @param {string} url
 * @returns {{ end(): Promise<void> }}
 */
export function launch(name, command, url) {
  const browser = browsers[name];
  const profile = mkdtempSync(join(tmpdir(), `heaplet-${name}-`));
  browser.prepare?.(profile);
  // A group of its own: a browser is many processes.
  const child = spawn(command, browser.arguments(profile, url), {
    stdio: 'ignore',
    detached: true,
    env: { ...process.env, HOME: profile },
  });
  const gone = new Promise((done) => child.once('exit', done));
  return {
    async end() {
      try {
        process.kill(-child.pid, 'SIGKILL');
      } catch {
        // It has ended by itself.
      }
      await gone;
      rmSync(profile, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
    },
  };
}
