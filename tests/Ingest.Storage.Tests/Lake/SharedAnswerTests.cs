using Ingest.Pipeline.Progress;
using Ingest.Storage.Lake;

namespace Ingest.Storage.Tests.Lake;

public sealed class SharedAnswerTests
{
    private readonly TaskCompletionSource goesDown = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<TaskCompletionSource<int>> questions = [];
    private readonly SharedAnswer<int> shared;

    public SharedAnswerTests() => shared = new(cancellationToken =>
    {
        _ = ReportAsync(cancellationToken);
        lock (questions)
        {
            questions.Add(new(TaskCreationOptions.RunContinuationsAsynchronously));
            return questions[^1].Task;
        }
    });

    [Fact]
    public async Task Whoever_asks_while_the_question_is_on_its_way_gets_the_same_answer()
    {
        using var impatient = new CancellationTokenSource();
        var (one, two) = (shared.GetAsync(impatient.Token), shared.GetAsync(default));
        await impatient.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => one);
        Assert.False(two.IsCompleted);
        (await QuestionAsync(0)).SetResult(1);
        Assert.Equal(1, await two);

        var three = shared.GetAsync(default);
        (await QuestionAsync(1)).SetResult(2);
        Assert.Equal(2, await three);
        Assert.Equal(2, questions.Count);
    }

    [Fact]
    public async Task A_failure_is_everybodys_and_the_next_one_asks_again()
    {
        var both = new[] { shared.GetAsync(default), shared.GetAsync(default) };
        (await QuestionAsync(0)).SetException(new IOException("reset"));
        foreach (var one in both)
        {
            await Assert.ThrowsAsync<IOException>(() => one);
        }

        var again = shared.GetAsync(default);
        (await QuestionAsync(1)).SetResult(2);
        Assert.Equal(2, await again);
    }

    [Fact]
    public async Task Everybody_is_told_what_the_question_waits_for_also_who_comes_later()
    {
        var told = Enumerable.Range(0, 3).Select(_ => new TaskCompletionSource<string>()).ToArray();
        var (one, two) = (AskAsync(told[0]), AskAsync(told[1]));
        goesDown.SetResult();
        Assert.Equal(("storage is down", "storage is down"), (await told[0].Task, await told[1].Task));
        var three = AskAsync(told[2]);
        Assert.Equal("storage is down", await told[2].Task);

        (await QuestionAsync(0)).SetResult(7);
        Assert.Equal((7, 7, 7), (await one, await two, await three));
    }

    private async Task<int> AskAsync(TaskCompletionSource<string> told)
    {
        StoreWait.Listen(told.SetResult);
        return await shared.GetAsync(default);
    }

    private async Task ReportAsync(CancellationToken cancellationToken)
    {
        await goesDown.Task.WaitAsync(cancellationToken);
        StoreWait.Report("storage is down");
    }

    private async Task<TaskCompletionSource<int>> QuestionAsync(int number)
    {
        while (true)
        {
            lock (questions)
            {
                if (questions.Count > number)
                {
                    return questions[number];
                }
            }

            await Task.Yield();
        }
    }
}
