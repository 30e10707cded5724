const { default: TestRunner } = require('jest-runner');

/** Runs test files one after the other: brokers and databases side by side would starve each other. */
module.exports = class SerialRunner extends TestRunner {
  isSerial = true;
};
