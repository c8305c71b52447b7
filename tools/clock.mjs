// The one clock of the benchmarks.

/** Milliseconds of processor time: unlike the wall's, it leaves out what other programs do in between. */
export function processorTime() {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}
