using Ingest.Pipeline.Progress;

namespace Ingest.Storage.Lake;

/// <summary>
/// An answer that many want at the same time: whoever asks while the question is on its way gets the same answer, and is told like
/// everybody else what the question waits for.
/// </summary>
/// <param name="ask">Is not cancelled when one of those who wait gives up.</param>
internal sealed class SharedAnswer<T>(Func<CancellationToken, Task<T>> ask)
{
    private readonly Lock gate = new();
    private Question? question;

    public Task<T> GetAsync(CancellationToken cancellationToken)
    {
        lock (gate)
        {
            if (question is null || question.Answer.IsCompleted)
            {
                question = new Question(ask);
            }
        }

        return question.Join(StoreWait.Listener).WaitAsync(cancellationToken);
    }

    private sealed class Question
    {
        private readonly List<Action<string>> listeners = [];
        private string? reason;

        public Question(Func<CancellationToken, Task<T>> ask) => Answer = Task.Run(() =>
        {
            StoreWait.Listen(Report);
            return ask(CancellationToken.None);
        });

        public Task<T> Answer { get; }

        public Task<T> Join(Action<string>? listener)
        {
            string? missed;
            lock (listeners)
            {
                missed = reason;
                if (listener is not null)
                {
                    listeners.Add(listener);
                }
            }

            if (missed is not null)
            {
                listener?.Invoke(missed);
            }

            return Answer;
        }

        private void Report(string why)
        {
            Action<string>[] all;
            lock (listeners)
            {
                reason = why;
                all = [.. listeners];
            }

            Array.ForEach(all, listener => listener(why));
        }
    }
}
