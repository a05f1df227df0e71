import './read-files.js';

export * from '../web/wallet.js';
