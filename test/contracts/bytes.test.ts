import { nodeBytes } from '../../shared/adapters/local/node-bytes.ts';
import { bytesSuite } from './suites/bytes-suite.ts';

bytesSuite('Node', nodeBytes);
