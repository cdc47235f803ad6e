using System.Net;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Microsoft.Azure.Functions.Worker.Http;

/// <summary>Reading a request.</summary>
public static class HttpRequestDataExtensions
{
    /// <summary>The whole body as text, UTF-8 unless told otherwise.</summary>
    public static async Task<string?> ReadAsStringAsync(this HttpRequestData request, Encoding? encoding = null)
    {
        using var reader = new StreamReader(request.Body, encoding ?? Encoding.UTF8, leaveOpen: true);
        return await reader.ReadToEndAsync();
    }

    /// <summary>The body as JSON, property names matched ignoring case.</summary>
    /// <exception cref="JsonException">The body is not JSON of that type.</exception>
    public static ValueTask<T?> ReadFromJsonAsync<T>(this HttpRequestData request, CancellationToken cancellationToken = default) =>
        JsonSerializer.DeserializeAsync<T>(request.Body, HttpJson.Options(request.FunctionContext), cancellationToken);

    /// <summary>An empty response with the given status.</summary>
    public static HttpResponseData CreateResponse(this HttpRequestData request, HttpStatusCode statusCode)
    {
        var response = request.CreateResponse();
        response.StatusCode = statusCode;
        return response;
    }
}

/// <summary>Writing a response.</summary>
public static class HttpResponseDataExtensions
{
    /// <summary>Writes text, UTF-8 unless told otherwise.</summary>
    public static Task WriteStringAsync(this HttpResponseData response, string value, Encoding? encoding = null) =>
        WriteStringAsync(response, value, CancellationToken.None, encoding);

    /// <summary>Writes text, UTF-8 unless told otherwise.</summary>
    public static Task WriteStringAsync(
        this HttpResponseData response, string value, CancellationToken cancellationToken, Encoding? encoding = null) =>
        response.WriteBytesAsync((encoding ?? Encoding.UTF8).GetBytes(value), cancellationToken);

    /// <summary>Writes bytes.</summary>
    public static Task WriteBytesAsync(this HttpResponseData response, byte[] value) =>
        response.WriteBytesAsync(value, CancellationToken.None);

    /// <summary>Writes bytes.</summary>
    public static Task WriteBytesAsync(this HttpResponseData response, byte[] value, CancellationToken cancellationToken) =>
        response.Body.WriteAsync(value, cancellationToken).AsTask();

    /// <summary>Writes JSON and sets the content type.</summary>
    public static ValueTask WriteAsJsonAsync<T>(
        this HttpResponseData response, T instance, CancellationToken cancellationToken = default) =>
        response.WriteAsJsonAsync(instance, "application/json; charset=utf-8", cancellationToken);

    /// <summary>Writes JSON under the given content type; the status stays as it is.</summary>
    public static async ValueTask WriteAsJsonAsync<T>(
        this HttpResponseData response, T instance, string contentType, CancellationToken cancellationToken = default)
    {
        response.Headers.Remove("Content-Type");
        response.Headers.TryAddWithoutValidation("Content-Type", contentType);
        await JsonSerializer.SerializeAsync(response.Body, instance, HttpJson.Options(response.FunctionContext), cancellationToken);
    }
}

internal static class HttpJson
{
    /// <summary>The options that the application configured, as in the official worker.</summary>
    public static JsonSerializerOptions Options(FunctionContext context) =>
        context.InstanceServices.GetRequiredService<IOptions<JsonSerializerOptions>>().Value;
}
