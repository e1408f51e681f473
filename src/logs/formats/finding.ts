/**
 * What one line says of a message when it is read by itself: whole numbers only, so that it can cross from one thread to
 * another. What it means depends on the lines before it, and is left to whoever has read those.
 */

/** One object is filled again for each line. */
export class Finding {
  /** What kind of line it is, in the words of the format; 0 where it says nothing of a message. */
  kind = 0;
  /** Hash of host and queue id, in two halves. */
  idHigh = 0;
  idLow = 0;
  /** Hash of another id that the message had, with that of the host; 0 where none is told. */
  otherHigh = 0;
  otherLow = 0;
  /** Hash of the host: the id of another host's message is this one's, with the one host's hash put for the other's. */
  hostHigh = 0;
  hostLow = 0;
  /** Where the address, if there is one, begins and ends. */
  start = 0;
  end = 0;
  /** How often the line stands for itself. */
  times = 1;
}
