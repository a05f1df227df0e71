import './read-files.js';

export * from '../web/scanner.js';
