// One line that says what is going on and for how long: on a terminal rewritten each second, elsewhere a new
// line for each stage and every ten seconds.

/** @param {NodeJS.WriteStream} stream */
export function progressLine(stream = process.stderr) {
  const start = Date.now();
  const [before, after] = stream.isTTY ? ['\r\x1b[K', ''] : ['', '\n'];
  let stage = 'starting';
  const draw = () =>
    stream.write(`${before}${stage} ... ${Math.round((Date.now() - start) / 1000)} s${after}`);
  const timer = setInterval(draw, stream.isTTY ? 1000 : 10_000);
  return {
    report(text) {
      stage = text;
      draw();
    },
    /** Prints a result on stdout, above the line. */
    print(text) {
      stream.write(before);
      console.log(text);
      if (before) draw();
    },
    end() {
      clearInterval(timer);
      stream.write(before);
    },
  };
}
