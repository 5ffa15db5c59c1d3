// Preloaded by the scripts: one clear line instead of a stack trace where Node is too old for them.
"use strict";

const { isEnough, minimum } = require("./needed.cjs");

if (!isEnough) {
	process.stderr.write(
		`The scripts of this project need Node.js ${minimum} or newer, and this is ${process.versions.node}. ` +
			"npm install brings one, unless install scripts are turned off or it could not be downloaded: " +
			"install a newer Node.js, or run: npm rebuild node --ignore-scripts=false --foreground-scripts\n",
	);
	process.exit(1);
}
