package main

// longHelp is what the commands say beside their short sentence.
func longHelp() map[string]string {
	return map[string]string{
		"status": `What the box shows comes from its socket, which takes root or the group gpio; in
JSON it is the view, an object of ship-it.socket(7). A box that somebody runs in
the foreground has no pidfile: it is no daemon, but what it shows is told.

Exit codes, by the pidfile: 0 it runs, 1 it is dead and left its pidfile, 3 it
does not run, 4 it can't be told.`,
		"watch": `At a terminal it is the picture of ship-it sim, of the box that runs on this
machine: q quits, and a box that has gone is waited for. From a pipe it prints a
JSON object a change, those of ship-it.socket(7), the first one at once, until
the box ends. Exit code 3: no box shows itself.`,
		"stop": `Sends a TERM and waits for 10 s at most. It is no error if nothing runs, and
nothing is ever killed.`,
		"release": `After a kill -9 Raspberry Pi kernels keep outputs driven, with nobody to own
them. It is refused while a program holds one of the lines.`,
		"pins":   pinsHelp,
		"doctor": doctorHelp,
		"launch": `The rules of the configuration hold as they do for the button, but for confirm and
max_armed; a target that wants two persons can't be launched so. It is refused
while the box's daemon keeps the journal: press its button, or end it with ship-it
stop. After a launch of which nobody knows whether it has started a build it is
refused once, and for as long as the server doesn't tell.
Ctrl-C takes a request back of which nothing has been sent, and waits 2 s for the
answer to one that is on its way.

Exit codes: 0 the build has passed, or was started where none are followed;
1 there was no build, or it has failed or was cancelled; 7 nobody knows.`,
		"log": `Reads the journal that the configuration names, with the part that was rotated
last, and what is under way. --json prints the journal's own lines.`,
		"init": `It asks which server starts the builds, for its address, for the targets with
their builds, and for the token, as far as the flags leave that open. Without a
terminal the flags have to say it all. A target's BUILD is

  teamcity   BUILD_TYPE[@BRANCH]           bt280
  jenkins    FOLDER/JOB[@BRANCH]           deploy/client@main
  github     OWNER/REPO/WORKFLOW[@REF]     acme/client/deploy.yml@main
  gitlab     GROUP/PROJECT[@REF]           acme/client@main
  webhook    the last part of the address  deploy-client
  command    PROGRAM [ARGUMENTS]           /usr/local/bin/deploy int

Nothing is written over a file that is there. A token that was typed goes into a
file of its own, which others may not read; what is written passes check.`,
		"check": `It prints how the box is wired and every value, or points at each mistake.`,
		"card": `What each light of this box means and what to do then, in text of 80 columns or
as an SVG of the size A6.`,
		"sim": simHelp,
	}
}
