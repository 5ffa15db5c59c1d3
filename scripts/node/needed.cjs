// Whether this Node runs the scripts. Read by any Node, so without newer syntax.
"use strict";

const MINIMUM = [22, 18];

const [major, minor] = process.versions.node.split(".").map(Number);

exports.minimum = MINIMUM.join(".");
exports.isEnough = major > MINIMUM[0] || (major === MINIMUM[0] && minor >= MINIMUM[1]);
