import type { RejectReason } from '#libs/contract';

/** What to do about a rejection, by its reason, in words for whoever runs Spendline. */
export const REMEDIES: Readonly<Record<RejectReason, string>> = {
  empty: 'Tell the owner of the source: a record without a value says nothing. There is nothing to replay.',
  'too-large':
    'Tell the owner of the source: 256 KiB are enough for any fact. Have it send the fact without what does not belong to it.',
  'not-json':
    'Tell the owner of the source, with the place below. Mend the text in a file and replay it with --value, or have the source send it again.',
  envelope:
    'Tell the owner of the source: CloudEvents 1.0 in binary or structured JSON mode, or plain JSON without ce_ headers.',
  schema:
    'Tell the owner of the source, with the fields below; docs/asyncapi.yaml has the schema. Mend the text in a file and replay it with --value, or have the source send it again.',
  'bad-time':
    'Tell the owner of the source: the time is none, or lies outside the years 1 to 9998. Mend the text in a file and replay it with --value.',
  'unknown-currency':
    'Tell the owner of the source: the currency must be an ISO 4217 code. Mend the text in a file and replay it with --value.',
  'ends-before-start': 'Tell the owner of the source: often two clocks that differ, or fields that were exchanged.',
  future: 'Set the clock of the source right. Once its time has come the record can be replayed as it is.',
  conflict:
    'The source sent two versions of one fact and does not say which is newer: have it send the right one with a later updatedAt. A replay of this one would be refused again.',
  'no-fx-rate':
    'Add the rate with a `from` that is not after the event: edit your reference file, `spendline apply` it, then replay.',
  overflow:
    'An amount beyond ten digits is nearly always a unit taken for another, cents for yuan say. Have the source or the rate card mended, then replay.',
  'correction-of-itself':
    'Tell the owner of the source: /correctionOf must name the earlier line, and /lineId the new one. Mend the text in a file and replay it with --value.',
  'already-corrected':
    'Two lines correct the same one. If this is the right one, have the source send it again as a correction of the line that was taken.',
};
