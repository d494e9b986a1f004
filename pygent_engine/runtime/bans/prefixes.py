"""The commands that run the rest of their words as it stands, with what each may have before it. Pure."""

from __future__ import annotations

from .options import grammar

# Options, perhaps operands, then the command.
PREFIXES = {
    "nohup": grammar(""),
    "nice": grammar("0123456789n:", "adjustment="),
    "ionice": grammar("c:n:p:P:u:t", "class= classdata= pid= ignore"),
    "setsid": grammar("cfw", "ctty fork wait"),
    "stdbuf": grammar("i:o:e:", "input= output= error="),
    "timeout": grammar("k:s:vfp", "kill-after= signal= verbose foreground preserve-status", operands=1),
    "time": grammar("apvqVlhf:o:", "append portability verbose quiet format= output="),
    "doas": grammar("LnsC:a:u:"),
    "builtin": grammar(""),
    "chroot": grammar("", "groups= userspec= skip-chdir", operands=1),
    "unshare": grammar("imnpuUCTfrcR:w:S:G:", "fork map-root-user map-current-user mount net pid uts ipc user root= wd="),
    "taskset": grammar("apc", "all-tasks cpu-list", operands=1),
    "chrt": grammar("abdfimorRvT:P:D:", operands=1),
    "strace": grammar("cCdfFhiknqrtTvVwxyYzZa:b:e:E:I:o:O:p:P:s:S:u:X:", "follow-forks output= trace="),
    "caffeinate": grammar("dimsut:w:"),
    "busybox": grammar(""),
    "toybox": grammar(""),
    "unbuffer": grammar("p"),
    "chronic": grammar("ev"),
    "setpriv": grammar("", "clear-groups init-groups keep-groups no-new-privs reuid= regid= groups= inh-caps= bounding-set= reset-env"),
    "prlimit": grammar("", "*"),
    "pkexec": grammar("", "user= disable-internal-agent keep-cwd"),
    "gosu": grammar("", operands=1),
    "su-exec": grammar("", operands=1),
    "fakeroot": grammar("l:s:i:b:uh", "lib= faked="),
    "dbus-run-session": grammar("", "config-file= dbus-daemon="),
    "xvfb-run": grammar("ale:f:n:p:s:w:", "auto-servernum error-file= server-num= server-args= wait="),
}
