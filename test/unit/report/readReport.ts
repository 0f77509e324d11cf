/** Reads a report's file as its page does, without a browser. */

import { inflateSync } from 'node:zlib';
import { unshuffleBytes } from '../../../src/maths/byteShuffle.ts';
import { arrayTypes, reportElement, type ArrayReference, type ReportArray, type ReportData } from '../../../src/protocol/report.ts';

/** What stands between the tags of the elements that hold data, by their ids. */
export function dataElements(html: string): Map<string, string> {
  const found = html.matchAll(/<script type="application\/octet-stream" id="([^"]+)">([^<]*)<\/script>/g);
  return new Map([...found].map(([, id = '', content = '']) => [id, content]));
}

export function readReport(html: string): ReportData {
  const elements = dataElements(html);
  const bytesOf = (id: string): Uint8Array => inflateSync(Buffer.from(elements.get(id) ?? '', 'base64'));
  const arrayOf = ({ array, type }: ArrayReference): ReportArray => {
    const constructor = arrayTypes[type];
    return new constructor(unshuffleBytes(bytesOf(array), constructor.BYTES_PER_ELEMENT).buffer);
  };
  const json = new TextDecoder().decode(bytesOf(reportElement.data));
  return JSON.parse(json, (_, value: unknown) =>
    typeof value === 'object' && value !== null && 'array' in value ? arrayOf(value as ArrayReference) : value,
  ) as ReportData;
}
