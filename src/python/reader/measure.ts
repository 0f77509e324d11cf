/** Run when the extension is built: what the reader then need not measure. */

import { catalogue } from '../../formulas/catalogue.ts';
import { measureFacts } from '../recognise/screening/facts.ts';

export const measured = (): string => measureFacts(catalogue.values());
