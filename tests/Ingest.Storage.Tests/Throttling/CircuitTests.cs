using Ingest.Storage.Throttling;

namespace Ingest.Storage.Tests.Throttling;

public sealed class CircuitTests
{
    private readonly Circuit circuit = new(TimeSpan.FromSeconds(5), () => 1);

    [Fact]
    public void Throttling_between_successes_is_no_outage()
    {
        for (var i = 0; i < 1000; i++)
        {
            circuit.Failed(At(i * 0.1), At(i * 0.1), false);
            if (i % 40 == 0)
            {
                circuit.Succeeded(At(i * 0.1));
            }
        }

        Assert.Equal(CircuitState.Closed, circuit.State);
    }

    [Fact]
    public void Failures_after_a_long_rest_are_no_outage_yet()
    {
        circuit.Succeeded(At(0));
        for (var i = 0; i < 20; i++)
        {
            circuit.Failed(At(3600 + (i * 0.1)), At(3600), false);
        }

        Assert.Equal(CircuitState.Closed, circuit.State);
    }

    [Fact]
    public void Time_outs_that_end_together_are_an_outage()
    {
        circuit.Succeeded(At(1));
        for (var i = 0; i < 5; i++)
        {
            circuit.Failed(At(61), At(1), false);
        }

        Assert.Equal(CircuitState.Open, circuit.State);
    }

    [Fact]
    public void Probes_become_rarer_but_never_more_than_three_seconds_apart()
    {
        for (var i = 0; i < 6; i++)
        {
            circuit.Failed(At(i), At(i), false);
        }

        var (now, gaps) = (At(5), new List<double>());
        for (var i = 0; i < 6; i++)
        {
            var wait = circuit.Admit(now).Wait!.Value;
            gaps.Add(wait.TotalSeconds);
            now += wait;
            Assert.Equal(new Admission(null, true), circuit.Admit(now));
            Assert.NotNull(circuit.Admit(now).Wait);
            circuit.Failed(now, now, true);
        }

        Assert.Equal([0.5, 1, 2, 3, 3, 3], gaps);
    }

    [Fact]
    public void Requests_that_hung_in_an_outage_do_not_open_the_circuit_again()
    {
        for (var i = 0; i < 6; i++)
        {
            circuit.Failed(At(i), At(i), false);
        }

        Assert.True(circuit.Admit(At(6)).IsProbe);
        Assert.False(circuit.Admit(At(8)).IsProbe);
        Assert.True(circuit.Admit(At(9)).IsProbe);
        circuit.Succeeded(At(9.1));
        circuit.Failed(At(66), At(6), true);
        for (var i = 0; i < 6; i++)
        {
            circuit.Failed(At(66), At(5), false);
        }

        Assert.Equal(CircuitState.Closed, circuit.State);
    }

    [Fact]
    public void An_absurd_pause_is_cut_to_thirty_seconds()
    {
        circuit.Failed(At(0), At(0), false, TimeSpan.FromHours(1));

        Assert.Equal(TimeSpan.FromSeconds(30), circuit.Admit(At(0)).Wait);
    }

    private static TimeSpan At(double seconds) => TimeSpan.FromSeconds(seconds);
}
