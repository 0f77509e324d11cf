import { describeNearMisses, halves } from './scored.ts';

describeNearMisses(halves.first);
