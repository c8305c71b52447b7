// Finds a compiler for a Cortex-M4F and the emulator of one.
import { output } from './commands.mjs';

/** What to say where they are not. */
export const missing =
  'arm-none-eabi-g++ and qemu-system-arm (Debian: gcc-arm-none-eabi libnewlib-arm-none-eabi qemu-system-arm)';

/** @returns {{ cc: string, cxx: string, emulator: string, versions: string[] } | null} null where one is missing */
export function findArm() {
  const [cc, cxx, emulator] = ['arm-none-eabi-gcc', 'arm-none-eabi-g++', 'qemu-system-arm'];
  const versions = [cxx, emulator].map((command) => output(command, '--version')?.split('\n')[0]);
  return versions.includes(undefined) ? null : { cc, cxx, emulator, versions };
}
