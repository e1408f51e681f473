/** The part of seek-bzip that we use; the package has no types. */
declare module 'seek-bzip' {
  const bunzip: {
    /** Undoes the block that begins at that bit of a bzip2 stream. @throws {TypeError} where it is damaged. */
    decodeBlock(input: Uint8Array, bit: number, output: { writeByte(byte: number): void }): void;
  };
  export default bunzip;
}
