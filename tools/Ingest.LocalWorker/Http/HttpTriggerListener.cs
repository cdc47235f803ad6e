using System.Net;
using Ingest.LocalWorker.Application;
using Ingest.LocalWorker.Invocation;
using Ingest.LocalWorker.Settings;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Ingest.LocalWorker.Http;

/// <summary>Serves all HTTP functions on one loopback port. Asks for no keys.</summary>
internal sealed partial class HttpTriggerListener(
    IReadOnlyList<FunctionDescriptor> functions,
    FunctionInvoker invoker,
    SettingResolver settings,
    HostSettings host,
    LocalWorkerOptions options,
    ILogger<HttpTriggerListener> logger) : ITriggerListener
{
    private readonly CancellationTokenSource stopping = new();
    private WebApplication? server;

    /// <summary>Scheme, host and port; after the start.</summary>
    public Uri Address => new(server!.Urls.First());

    /// <exception cref="FunctionSetupException">The port is taken.</exception>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddRoutingCore();
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            if (options.HttpPort == 0)
            {
                kestrel.Listen(IPAddress.Loopback, 0);
            }
            else
            {
                kestrel.ListenLocalhost(options.HttpPort);
            }
        });
        server = builder.Build();
        server.UseRouting();
        foreach (var function in functions)
        {
            Map(server, function);
        }

        try
        {
            await server.StartAsync(cancellationToken);
        }
        catch (IOException e)
        {
            throw new FunctionSetupException(
                $"the port {options.HttpPort} of HTTP functions cannot be used (set FUNCTIONS_HTTP_PORT to another one, or to 0): {e.Message}");
        }

        foreach (var function in functions)
        {
            // As Core Tools do, on standard output: people click it, and tests that ask for a free port read it.
            Console.WriteLine($"{function.Name}: [{string.Join(',', Methods(function) ?? ["*"])}] {server.Urls.First()}{Route(function)}");
        }
    }

    public void Dispose() => stopping.Dispose();

    public async Task StopAsync(CancellationToken graceOver)
    {
        await stopping.CancelAsync();
        if (server is null)
        {
            return;
        }

        try
        {
            await server.StopAsync(graceOver);
        }
        catch (OperationCanceledException)
        {
            LogAbandoned();
        }

        await server.DisposeAsync();
    }

    private void Map(WebApplication application, FunctionDescriptor function)
    {
        Task Handle(HttpContext http) => HandleAsync(function, http);
        if (Methods(function) is { } methods)
        {
            application.MapMethods(Route(function), methods, Handle);
        }
        else
        {
            application.Map(Route(function), Handle);
        }
    }

    private string Route(FunctionDescriptor function)
    {
        var route = settings.Resolve(((HttpTriggerAttribute)function.Trigger).Route ?? function.Name).Trim('/');
        return host.RoutePrefix == "" ? $"/{route}" : $"/{host.RoutePrefix.Trim('/')}/{route}";
    }

    private static string[]? Methods(FunctionDescriptor function) =>
        ((HttpTriggerAttribute)function.Trigger).Methods is { Length: > 0 } methods ? [.. methods.Select(method => method.ToUpperInvariant())] : null;

    private async Task HandleAsync(FunctionDescriptor function, HttpContext http)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stopping.Token, http.RequestAborted);
        var bindingData = new LazyBindingData(http.Request.RouteValues.Select(
            value => KeyValuePair.Create<string, Func<object?>>(value.Key, () => value.Value)));
        object? result;
        try
        {
            result = await invoker.InvokeAsync(function, context => new KestrelRequestData(context, http), bindingData, null, either.Token);
        }
        catch (Exception e)
        {
            LogFailed(e, function.Name);
            http.Response.StatusCode = StatusCodes.Status500InternalServerError;
            return;
        }

        switch (result)
        {
            case HttpResponseData response:
                await SendAsync(response, http);
                break;
            case null:
                http.Response.StatusCode = StatusCodes.Status204NoContent;
                break;
            default:
                LogUnknownResult(function.Name, result.GetType().Name);
                http.Response.StatusCode = StatusCodes.Status500InternalServerError;
                break;
        }
    }

    private static async Task SendAsync(HttpResponseData response, HttpContext http)
    {
        http.Response.StatusCode = (int)response.StatusCode;
        foreach (var (name, values) in response.Headers)
        {
            http.Response.Headers[name] = values.ToArray();
        }

        if (response.Body.CanSeek)
        {
            response.Body.Position = 0;
            http.Response.ContentLength = response.Body.Length;
        }

        await response.Body.CopyToAsync(http.Response.Body, http.RequestAborted);
    }

    [LoggerMessage(EventId = 50, Level = LogLevel.Error, Message = "{Function} failed")]
    private partial void LogFailed(Exception exception, string function);

    [LoggerMessage(EventId = 51, Level = LogLevel.Error, Message = "{Function} returned {Type}; the local worker sends HttpResponseData only")]
    private partial void LogUnknownResult(string function, string type);

    [LoggerMessage(EventId = 52, Level = LogLevel.Warning, Message = "HTTP requests still run after the grace and are abandoned")]
    private partial void LogAbandoned();
}
