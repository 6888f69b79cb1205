#!/usr/bin/env bash
# rules-effect.sh <base revision> <file>: checks and tests the rules, and writes what they change against the base, as Markdown.
# Fails when the rules are broken, when a case fails, when "rules fix" has something to mend, or when a blast limit is exceeded.
set -uo pipefail
readonly base=$1 file=$2 marker='<!-- tendril rules plan -->'
errors=$(mktemp)
trap 'rm -f "$errors"' EXIT
failed=0 broken=0

tendril() {
  npm run -s tendril -- "$@"
}

# section <title> <text>: indented, so that nothing which an author wrote is Markdown here.
section() {
  printf '### %s\n\n%s\n\n' "$1" "$(head -c 12000 <<<"$2" | sed 's/^/    /')"
}

# proof <title> <command> …: sets `said` to nothing when the command succeeds, else to its output under a title.
proof() {
  local title=$1
  shift
  if said=$(tendril "$@" 2>&1); then
    said=''
  else
    failed=1
    said=$(section "$title" "$said")$'\n\n'
    return 1
  fi
}

proof 'The rule files have mistakes' rules check rules || broken=1
wrong=$said
if [ "$broken" -eq 0 ]; then
  proof 'Cases fail, or something has no case' rules test rules
  wrong+=$said
fi
proof 'Versions, locks or layout want mending' rules fix rules --check || said+=$'Answer `/fix`, and what can be mended is mended by a commit.\n\n'
wrong+=$said

if [ "$broken" -eq 1 ]; then
  effect='What the change does is shown when the mistakes are mended.'
else
  effect=$(tendril rules plan rules --against "$base" --markdown 2>"$errors")
  case $? in
    0) ;;
    4) failed=1 ;;
    *)
      failed=1
      effect=$(section 'There is no plan' "$effect"$'\n'"$(cat "$errors")")
      ;;
  esac
fi

printf '%s\n\n%s%s\n' "$marker" "$wrong" "${effect#"$marker"}" | head -c 65000 >"$file"
[ -n "${GITHUB_STEP_SUMMARY:-}" ] && cat "$file" >>"$GITHUB_STEP_SUMMARY"
cat "$file"
exit "$failed"
