// One line that says what is going on and since when. On a terminal it is rewritten each second; elsewhere each
// stage is a line of its own.

/** @param {NodeJS.WriteStream} stream */
export function progressLine(stream = process.stderr) {
  const start = Date.now();
  let stage = '';
  const seconds = () => `${Math.round((Date.now() - start) / 1000)} s`;
  const draw = () => stream.write(`\r\x1b[K${stage} ... ${seconds()}`);
  const timer = stream.isTTY && setInterval(draw, 1000);
  return {
    report(text) {
      stage = text;
      if (stream.isTTY) draw();
      else stream.write(`${stage} ...\n`);
    },
    end() {
      clearInterval(timer);
      if (stream.isTTY) stream.write('\r\x1b[K');
    },
  };
}
