using System.Text.RegularExpressions;
using Ingest.Pipeline.Schemas;

namespace Ingest.Pipeline.Tests.Schemas;

/// <summary>The limit on a match is time that passes; a thread that was kept waiting is no slow pattern.</summary>
public sealed class PausedPatternTests
{
    [Fact]
    public void A_match_that_was_kept_waiting_once_is_tried_again() =>
        Assert.True(TextRules.IsMatch(new PausedPattern(pauses: 1), "abc"u8));

    [Fact]
    public void A_match_that_takes_too_long_twice_has_failed() =>
        Assert.Throws<RegexMatchTimeoutException>(() => TextRules.IsMatch(new PausedPattern(pauses: 2), "abc"u8));

    /// <summary>Matches everything, after some matches that take too long.</summary>
    private sealed class PausedPattern : Regex
    {
        public PausedPattern(int pauses)
        {
            pattern = "";
            capsize = 1;
            factory = new Factory(pauses);
        }

        private sealed class Factory(int pauses) : RegexRunnerFactory
        {
            private int left = pauses;

            protected override RegexRunner CreateInstance() => new Runner(this);

            private bool IsPaused() => left-- > 0;

            private sealed class Runner(Factory owner) : RegexRunner
            {
                protected override void Scan(ReadOnlySpan<char> text)
                {
                    if (owner.IsPaused())
                    {
                        throw new RegexMatchTimeoutException();
                    }

                    Capture(0, 0, 0);
                }

                protected override bool FindFirstChar() => true;

                protected override void Go()
                {
                }

                protected override void InitTrackCount() => runtrackcount = 1;
            }
        }
    }
}
