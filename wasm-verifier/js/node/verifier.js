import './read-files.js';

export * from '../web/verifier.js';
