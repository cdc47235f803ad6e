using Azure.Messaging.EventHubs;
using Ingest.LocalWorker.Invocation;
using Ingest.LocalWorker.Settings;
using Microsoft.Azure.Functions.Worker;

namespace Ingest.LocalWorker.Tests.Invocation;

public sealed class FunctionCatalogTests
{
    [Fact]
    public void Every_method_that_cannot_be_a_function_is_named()
    {
        var refusal = Assert.Throws<FunctionSetupException>(() => FunctionCatalog.Of(new FunctionSource("x", [typeof(Broken)], "."), null));

        Assert.Equal(
            "NoTrigger: 0 parameters bear a trigger instead of one; "
            + "WrongType: the parameter events must be EventData[]; "
            + "NotBatched: the parameter events must be EventData; "
            + "Stranger: the parameter text must be FunctionContext or CancellationToken; "
            + "BadRetry: the retry interval 'soon' is no time span; "
            + "Hidden: the method Hidden is not public; "
            + "Twice: several functions have this name",
            refusal.Message);
    }

    private sealed class Broken
    {
        [Function("NoTrigger")]
        public void NoTrigger(FunctionContext context) => _ = context;

        [Function("WrongType")]
        public void WrongType([EventHubTrigger("hub")] List<EventData> events) => _ = events;

        [Function("NotBatched")]
        public void NotBatched([EventHubTrigger("hub", IsBatched = false)] EventData[] events) => _ = events;

        [Function("Stranger")]
        public void Stranger([TimerTrigger("00:01:00")] TimerInfo timer, string text) => _ = (timer, text);

        [Function("BadRetry")]
        [FixedDelayRetry(1, "soon")]
        public void BadRetry([TimerTrigger("00:01:00")] TimerInfo timer) => _ = timer;

        [Function("Hidden")]
        internal void Hidden([TimerTrigger("00:01:00")] TimerInfo timer) => _ = timer;

        [Function("Twice")]
        public void Once([TimerTrigger("00:01:00")] TimerInfo timer) => _ = timer;

        [Function("twice")]
        public void Again([TimerTrigger("00:01:00")] TimerInfo timer) => _ = timer;
    }
}
