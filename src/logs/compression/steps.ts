/**
 * Compressed bytes in steps whose lengths do not depend on how they come. A decoder may give nothing of a step that is damaged;
 * what is read of a damaged log is then the same as a file and through any pipe.
 */

/**
 * Copies of the same bytes. A step is a sixteenth of what came before, so that no more than that is lost, but from `least` to
 * `most` bytes long.
 */
export async function* stepsOf(
  chunks: AsyncIterable<Buffer>,
  { least, most }: { readonly least: number; readonly most: number },
): AsyncGenerator<Buffer> {
  let held: Buffer[] = [];
  let length = 0;
  let step = least;
  let before = 0;
  for await (const chunk of chunks) {
    held.push(Buffer.from(chunk));
    length += chunk.length;
    if (length < step) continue;
    let rest = Buffer.concat(held);
    while (rest.length >= step) {
      yield rest.subarray(0, step);
      rest = rest.subarray(step);
      before += step;
      step = Math.min(most, Math.max(least, Math.floor(before / 16)));
    }
    held = [rest];
    length = rest.length;
  }
  if (length > 0) yield Buffer.concat(held);
}
